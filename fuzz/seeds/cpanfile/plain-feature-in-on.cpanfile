on test => sub {
  feature f => sub { requires 'A' };
  requires 'B';
};
