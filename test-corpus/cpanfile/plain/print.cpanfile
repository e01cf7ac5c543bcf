print STDERR "" if 0;
requires 'A';
