global using System.Collections.Immutable;
global using Commerce.Access;
global using Commerce.Answers;
global using Commerce.Problems;
global using Commerce.Requests;
