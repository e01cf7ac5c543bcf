sub dep { requires $_[0], $_[1] }
dep('A', '1.0');
