my @v = ('1.0', '2.0');
requires 'A', $v[0];
requires 'B', $v[1];
