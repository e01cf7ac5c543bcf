my $version = '1.5';
my $name = 'Foo::Bar';
requires $name, $version;
requires 'B', ">= $version";
requires "Foo::${name}";
our $other = 2;
requires 'C', $other;
