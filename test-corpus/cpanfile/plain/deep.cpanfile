on test => sub { { { { requires 'A' } } } };
