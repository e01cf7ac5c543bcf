use strict;
use warnings;
use 5.010;
no warnings 'redefine';
requires 'A';
