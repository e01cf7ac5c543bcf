# still read: A B
requires 'A';
my $x = <<EOT;
requires 'B';
