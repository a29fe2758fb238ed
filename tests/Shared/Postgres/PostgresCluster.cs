using System.Diagnostics;
using System.Globalization;

namespace Appliance.Tests.Shared.Postgres;

/// <summary>
/// A throwaway PostgreSQL server with real durability, over <c>tests/postgres/cluster.sh</c>. It ends with this object,
/// and with this process however that ends. Test projects compile this file in by a link.
/// </summary>
internal sealed class PostgresCluster : IDisposable
{
    private static readonly Lazy<PostgresCluster> s_shared = new(StartShared);
    private static readonly string s_script = FindScript();
    private static int s_databases;

    private bool _disposed;

    private PostgresCluster(string folder) => Folder = folder;

    /// <summary>The one of this test assembly, started when it is first asked for. Nobody stops or kills it.</summary>
    public static PostgresCluster Shared => s_shared.Value;

    /// <summary>Where the script is.</summary>
    public static string ScriptFolder => Path.GetDirectoryName(s_script)!;

    /// <summary>Where its data, its log, its password and its socket are.</summary>
    public string Folder { get; }

    /// <summary>The loopback port.</summary>
    public int Port => int.Parse(
        File.ReadAllText(Path.Combine(Folder, "port")), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    /// <summary>Holds the password of connections over the loopback port.</summary>
    public string PasswordFile => Path.Combine(Folder, "password");

    /// <summary>What the server has logged.</summary>
    public string Log => File.ReadAllText(Path.Combine(Folder, "log"));

    /// <summary>Makes and starts one of the caller's own.</summary>
    public static PostgresCluster Start()
    {
        // The socket's path must be short: not in a folder of the test's.
        var folder = Directory.CreateTempSubdirectory("appliance-pg-").FullName;
        try
        {
            Run("up", folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new PostgresCluster(folder);
        }
        catch
        {
            Run("down", folder);
            throw;
        }
    }

    /// <summary>Makes an empty database with a name of its own, owned by the role that a store connects as.</summary>
    /// <returns>A connection string over the Unix socket.</returns>
    public string CreateDatabase() => Run("database", Folder, NewName()).TrimEnd();

    /// <summary>As <see cref="CreateDatabase"/>, over the loopback port, with <see cref="PasswordFile"/>.</summary>
    public string CreateDatabaseOverTcp()
    {
        var name = NewName();
        Run("database", Folder, name);
        return string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=appliance;Database={name}");
    }

    /// <summary>Runs statements as the superuser; rows come as lines, columns parted by |.</summary>
    /// <param name="connectionString">One that this class made.</param>
    /// <param name="sql">One or more statements.</param>
    public string Execute(string connectionString, string sql)
    {
        const string Key = "Database=";
        var name = connectionString.Split(';').Single(part => part.StartsWith(Key, StringComparison.Ordinal));
        return Run("sql", Folder, name[Key.Length..], sql).TrimEnd();
    }

    /// <summary>A fast shutdown: callers are cut off, what they had not committed is undone.</summary>
    public void Stop() => Run("stop", Folder);

    /// <summary>SIGKILL to every process of it at once; all are gone when this returns.</summary>
    public void Kill() => Run("kill", Folder);

    /// <summary>Starts it again; it takes connections when this returns.</summary>
    public void StartAgain() => Run("start", Folder);

    /// <summary>SIGSTOP to every process of it: connections stay open and nobody answers.</summary>
    public void Pause() => Run("pause", Folder);

    /// <summary>SIGCONT to every process of it.</summary>
    public void Resume() => Run("resume", Folder);

    /// <summary>Ends it and removes its folder.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Run("down", Folder);
        }
    }

    private static PostgresCluster StartShared()
    {
        var cluster = Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Dispose();
        return cluster;
    }

    private static string NewName()
        => string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref s_databases)}");

    private static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(s_script, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"cluster.sh {arguments[0]}: {error.GetAwaiter().GetResult()}");
        }

        return output;
    }

    private static string FindScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "tests", "postgres", "cluster.sh");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new InvalidOperationException("There is no tests/postgres/cluster.sh above " + AppContext.BaseDirectory);
    }
}
