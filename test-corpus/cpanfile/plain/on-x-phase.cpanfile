on 'author' => sub { requires 'Nothing' };
requires 'A';
