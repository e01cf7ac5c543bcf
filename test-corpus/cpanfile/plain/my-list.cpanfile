my ($a, $b) = ('1.0', '2.0');
requires 'A', $a;
requires 'B', $b;
