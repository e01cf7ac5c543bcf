do { requires 'A' } if 1;
$] > 5 and do { requires 'B' };
