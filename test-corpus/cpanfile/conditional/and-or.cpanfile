$ENV{FOO_NOT_SET} and requires 'A';
$^O eq 'linux' && requires('B');
$ENV{FOO_NOT_SET} || requires 'C';
