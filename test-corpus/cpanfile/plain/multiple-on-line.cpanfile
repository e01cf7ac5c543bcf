on test => sub { requires 'A' }; on develop => sub { requires 'B' }; requires 'C';
