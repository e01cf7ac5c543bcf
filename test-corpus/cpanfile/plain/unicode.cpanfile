# résumé — “quoted” 'text'
requires 'A'; # naïve
requires 'Straße';
