my $ok = "a/b" =~ m{/} ? 1 : 0;
my $s = 'x'; $s =~ s/x/requires 'No';/;
requires 'A';
