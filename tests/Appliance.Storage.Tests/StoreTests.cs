using Appliance.Storage.Sqlite;

namespace Appliance.Storage.Tests;

public class StoreTests
{
    [Fact]
    public void Only_its_owner_may_read_a_new_store_and_its_directory()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var temporary = new TemporaryStore();
        temporary.Writer.Meta.Set("a", "b");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(temporary.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(temporary.Path + "-wal"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(temporary.Path)!));
    }

    [Fact]
    public void A_second_owner_is_told_who_the_first_is()
    {
        using var temporary = new TemporaryStore();

        var error = Assert.Throws<StoreLockedException>(
            () => Store.Open(new StoreOptions { Path = temporary.Path }));

        Assert.Equal(Environment.ProcessId, error.OwnerProcessId);
        Assert.Contains(temporary.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_of_a_newer_release_is_refused_and_left_alone()
    {
        using var temporary = new TemporaryStore();
        temporary.Store.Dispose();
        using (var raw = Database.Open(temporary.Path, readOnly: false))
        {
            raw.Execute("PRAGMA user_version = 9999");
        }

        var error = Assert.Throws<StoreSchemaException>(temporary.Reopen);

        Assert.Equal(9999, error.Found);
        using var again = Database.Open(temporary.Path, readOnly: true);
        using var rows = again.Prepare("PRAGMA user_version").Start().Rows();
        Assert.True(rows.Next());
        Assert.Equal(9999, rows.Int64(0));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_with_a_reason()
    {
        using var temporary = new TemporaryStore();
        var path = temporary.Path + ".text";
        File.WriteAllText(path, new string('x', 8_192));

        var error = Assert.Throws<StoreException>(() => Store.Open(new StoreOptions { Path = path }));

        Assert.Equal(StoreFailure.Corrupt, error.Failure);
    }

    [Fact]
    public void The_log_is_synced_at_every_commit_and_foreign_keys_are_checked()
    {
        using var temporary = new TemporaryStore();

        Assert.Equal("wal", Pragma(temporary, "PRAGMA journal_mode"));
        Assert.Equal("2", Pragma(temporary, "PRAGMA synchronous"));
        Assert.Equal("1", Pragma(temporary, "PRAGMA foreign_keys"));
    }

    [Theory]
    [InlineData("OFF")]
    [InlineData("NORMAL")]
    public void A_setting_that_may_lose_a_commit_is_a_fault(string synchronous)
    {
        using var temporary = new TemporaryStore();
        Assert.Null(temporary.Writer.ReadDurability().Fault);

        ((SqliteConnection)temporary.Writer).Database.Execute($"PRAGMA synchronous = {synchronous}");

        Assert.NotNull(temporary.Writer.ReadDurability().Fault);
    }

    [Fact]
    public void A_database_without_a_log_is_a_fault()
    {
        using var connection = new SqliteConnection(Database.Open(":memory:", readOnly: false));

        Assert.NotNull(connection.ReadDurability().Fault);
    }

    [Fact]
    public void The_log_begins_anew_under_steady_writing()
    {
        using var temporary = new TemporaryStore();
        var writer = temporary.Writer;
        var database = ((SqliteConnection)writer).Database;
        var value = "";
        var longest = 0;

        // About 25 pages a commit; without the checkpointer the log would only grow.
        for (var commit = 0; commit < 5_000 && database.WalFrames >= longest; commit++)
        {
            longest = database.WalFrames;
            value = new string((char)('a' + (commit % 26)), 100_000);
            writer.Begin();
            writer.Meta.Set("k", value);
            writer.Commit();
        }

        Assert.InRange(database.WalFrames, 1, longest - 1);
        Assert.Equal(value, temporary.Store.Read(c => c.Meta.Get("k")));
    }

    private static string Pragma(TemporaryStore temporary, string sql)
    {
        using var rows = ((SqliteConnection)temporary.Writer).Database.Prepare(sql).Start().Rows();
        Assert.True(rows.Next());
        return rows.Text(0);
    }
}
