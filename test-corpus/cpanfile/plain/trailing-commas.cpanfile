requires 'A', '1', ;
requires('B',);
requires 'C' => 1,
         dist => 'X/C-1.tar.gz',
;
