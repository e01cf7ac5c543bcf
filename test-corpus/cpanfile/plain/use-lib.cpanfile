use lib 'lib';
use File::Spec;
use Data::Dumper ();
requires 'A';
