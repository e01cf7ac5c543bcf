requires 'A', '>= 2';
requires 'A';
