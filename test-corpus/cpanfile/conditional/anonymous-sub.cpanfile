my $code = sub { requires 'A' };
$code->();
