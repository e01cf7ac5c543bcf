my $name = join '::', 'A', 'B';
requires $name;
requires 'C';
