my %deps = (A => '1.1', B => 2);
while (my ($module, $version) = each %deps) {
    requires $module, $version;
}
