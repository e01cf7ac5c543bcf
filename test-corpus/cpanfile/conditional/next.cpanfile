for my $m (qw(A B C)) {
    next if $m eq 'B';
    requires $m;
}
