for my $a (qw(A B)) {
    for my $b (qw(C D)) {
        requires "${a}::$b";
    }
}
