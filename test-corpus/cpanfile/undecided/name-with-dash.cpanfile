requires 'libwww-perl';
requires 'A';
