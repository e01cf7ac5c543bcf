requires 'A'; my $x = "requires 'No';";
my $y = q{ on test => sub { requires 'No' }; };
my $z = 'it\'s';
