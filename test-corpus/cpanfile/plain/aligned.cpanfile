requires 'Catmandu'         , '>=1.2019';
requires 'Catmandu::MARC'   , '>=1.281' ;
requires 'Getopt::Long'     , '>=2.39'  ;
