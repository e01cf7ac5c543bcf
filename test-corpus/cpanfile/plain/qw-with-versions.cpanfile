requires qw( A 1.5 );
recommends qw{ B >=1.5 };
