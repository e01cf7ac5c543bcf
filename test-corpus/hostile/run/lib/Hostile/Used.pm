package Hostile::Used;
open my $f, '>', 'executed-used';
$SIG{__DIE__} = sub { open my $f, '>', 'executed-used-die' };
1;
