my %deps = (A => '1.1', B => '>= 2, < 3', A => '1.2');
for my $module (keys %deps) {
    requires $module => $deps{$module};
}
