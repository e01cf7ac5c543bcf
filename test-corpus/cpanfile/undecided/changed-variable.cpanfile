my $v = '1';
$v = '2';
requires 'A', $v;
