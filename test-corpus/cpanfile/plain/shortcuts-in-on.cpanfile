on test => sub { configure_requires 'A'; author_requires('B'); requires 'C' };
