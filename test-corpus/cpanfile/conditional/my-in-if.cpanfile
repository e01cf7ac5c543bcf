my $v = '1';
if ($] > 5) { $v = '2' }
requires 'A', $v;
