for (qw(A B)) {
    next unless $_ eq 'A';
    requires $_;
}
requires 'C';
