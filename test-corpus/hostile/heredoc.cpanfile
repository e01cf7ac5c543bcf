requires "A";
my $x = <<X;
requires "B";
