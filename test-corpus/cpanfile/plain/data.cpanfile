requires 'A';
__DATA__
requires 'No';
' unbalanced
