requires 'A', version => '1.5';
requires 'B', '1', version => '2';
requires 'C', version => '3', dist => 'X/C-3.tar.gz';
