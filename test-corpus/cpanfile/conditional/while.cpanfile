my $i = 0;
while ($i < 1) { requires 'A'; $i++ }
