using Npgsql;

namespace Appliance.Storage;

/// <summary>Checks a connection string before anything is connected.</summary>
public static class ConnectionText
{
    /// <summary>Whether it can be read, names a host and a database, and holds no password.</summary>
    /// <param name="text">Npgsql's form, NAME=VALUE;NAME=VALUE.</param>
    /// <param name="fault">What is wrong, without the text itself; null when nothing is.</param>
    public static bool TryCheck(string text, out string? fault)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(text);
            fault = !string.IsNullOrEmpty(settings.Password)
                ? "holds a password; put that into a file of mode 0600 and name it in Store:PasswordFile."
                : string.IsNullOrEmpty(settings.Host) || string.IsNullOrEmpty(settings.Database)
                    ? "must name Host and Database."
                    : null;
        }
        catch (ArgumentException)
        {
            fault = "must be NAME=VALUE;NAME=VALUE with names that Npgsql knows.";
        }

        return fault is null;
    }
}
