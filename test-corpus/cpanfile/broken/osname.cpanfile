# still read: A B
requires 'A';
osname 'linux';
requires 'B';
