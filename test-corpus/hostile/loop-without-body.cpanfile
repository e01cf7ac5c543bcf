requires "A";
for my $a (qw(A B)) {