my @files = glob('cpanfile.*');
requires $_ for map { () } @files;
requires 'A';
