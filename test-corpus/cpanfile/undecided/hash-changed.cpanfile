my %h = (A => 1);
$h{B} = 2;
requires $_, $h{$_} for keys %h;
