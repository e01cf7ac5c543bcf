feature a => 'one' => sub { requires 'A', 1 };
feature a => 'two' => sub { requires 'A', 2; requires 'B' };
