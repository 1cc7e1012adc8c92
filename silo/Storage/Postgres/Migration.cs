using Microsoft.Extensions.Configuration;

namespace Commerce.Storage.Postgres;

/// <summary>The verb <c>migrate</c>: brings the databases up to date and ends, so that a deployment can do it before the first new silo starts.</summary>
internal static class Migration
{
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(IConfiguration configuration)
    {
        if (CommerceSilo.Databases(configuration) is not [_, ..] databases)
        {
            await Console.Error.WriteLineAsync("Nothing to migrate: ConnectionStrings__Commerce is not set, and the embedded files are brought up to date at every start.");
            return 2;
        }

        foreach (var database in databases)
        {
            await using (database)
            {
                var ran = PostgresSchema.Migrate(database);
                await Console.Out.WriteLineAsync(ran.Count == 0 ? "The database is up to date." : $"The database is up to date; ran {string.Join(", ", ran)}.");
            }
        }

        return 0;
    }
}
