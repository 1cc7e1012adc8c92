using System.Text;
using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

public sealed class ErasureTests
{
    private const string Email = "zenobia.quixotic@forgetme.example", Street = "Vergissmeinnichtgasse 77", Name = "Zenobia Quixotic";

    [Fact]
    public async Task Who_asks_to_be_forgotten_is_in_no_answer_no_file_and_no_backup_from_then_on()
    {
        await using var shop = await ShopProcess.Start();
        var zenobia = await Shopper.With(shop.Client, Goods.Coffee);
        await zenobia.Change(HttpMethod.Put, "/contact", new { email = Email, name = Name });
        await zenobia.Change(HttpMethod.Put, "/destination", new { name = Name, line1 = Street, city = "Wien", postalCode = "1010", country = "AT" });
        await zenobia.Change(HttpMethod.Put, "/shipping-method", new { id = "standard" });
        var order = await zenobia.Order();
        Assert.Equal(Email, order.At("contact.email"));
        Assert.Equal(Street, order.At("destination.line1"));

        (await shop.Client.Admin(HttpMethod.Delete, "/contacts/" + order.Need("contactId"))).Must(204);

        var after = await zenobia.Look("/v1/orders/" + order.Need("id"));
        Assert.DoesNotContain(Email, after.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Zenobia", after.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Street, after.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("AT", after.At("destination.country"));
        (await shop.Client.Admin(HttpMethod.Delete, "/contacts/" + order.Need("contactId"))).Must(204);

        await shop.Stop();
        Assert.DoesNotContain(Email, shop.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(FilesWith(shop.DataDirectory, Email, Street, Name));
        if (shop.Database is { } database)
        {
            // As a backup would take it; bytes stand there in hexadecimal.
            var dump = await PostgresServer.Run("pg_dump", $"--dbname={PostgresServer.Address(database)}");
            Assert.Contains("grain_states", dump);
            Assert.All((string[])[Email, Street, Name], text =>
            {
                Assert.DoesNotContain(text, dump, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes(text)), dump, StringComparison.OrdinalIgnoreCase);
            });
        }
    }

    /// <summary>Files that hold any of the texts anywhere, in UTF-8 or UTF-16.</summary>
    private static IEnumerable<string> FilesWith(string directory, params string[] texts) =>
        from file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        let bytes = File.ReadAllBytes(file)
        from text in texts
        from encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode]
        where bytes.AsSpan().IndexOf(encoding.GetBytes(text)) >= 0
        select $"'{text}' in {Path.GetRelativePath(directory, file)}";
}
