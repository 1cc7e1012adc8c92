using System.CommandLine;
using Commerce.Load;

// The load program: README.md beside it says what each command is for. Exit codes: 0, 1 when an invariant is broken, 2 when the run could not be made.
var root = new RootCommand("Puts a shop under load, measures it, and holds its books against what buyers were told.")
{
    Commands.Journey(),
    Commands.Flash(),
    Commands.Baskets(),
    Commands.Soak(),
    Commands.Overload(),
    Commands.Events(),
    Commands.Carts(),
};

try
{
    var given = root.Parse(args);
    if (given.Errors.Count > 0)
    {
        foreach (var error in given.Errors)
        {
            await Console.Error.WriteLineAsync(error.Message);
        }

        await Console.Error.WriteLineAsync("--help says what there is.");
        return 2;
    }

    return await given.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is InvalidOperationException or FormatException or HttpRequestException or TimeoutException or IOException)
{
    var lines = e.Message.Split('\n'); // a shop that did not start says why in its first ones
    await Console.Error.WriteLineAsync(string.Join('\n', lines.Take(5)));
    return 2;
}
