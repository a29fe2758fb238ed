using System.Text;

namespace Appliance.Server.Commands;

/// <summary>
/// Reads what must not be an argument (arguments show in the process list and the shell's history): from a file, from
/// a prompt that does not echo, or from a pipe.
/// </summary>
internal static class Passwords
{
    private const int FileLimit = 4096;

    public static string Read(FileInfo? file, CommandEnvironment environment)
    {
        if (file is not null)
        {
            return ReadFile(file);
        }

        if (!environment.Interactive)
        {
            return environment.Input.ReadLine()
                ?? throw new CommandException("No password came by standard input; pipe one or use --password-file.");
        }

        var first = Prompt("Password: ", environment);
        var second = Prompt("Again: ", environment);
        return string.Equals(first, second, StringComparison.Ordinal)
            ? first
            : throw new CommandException("The two passwords differ; nothing was changed.");
    }

    /// <summary>The file's first line.</summary>
    private static string ReadFile(FileInfo file)
    {
        if (file.Exists && file.Length > FileLimit)
        {
            throw new CommandException($"{file.FullName} is larger than {FileLimit} bytes, that is no password file.");
        }

        using var reader = new StreamReader(file.FullName, Encoding.UTF8);
        return reader.ReadLine()
            ?? throw new CommandException($"{file.FullName} is empty; write the password into it.");
    }

    private static string Prompt(string text, CommandEnvironment environment)
    {
        environment.Error.Write(text);
        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                environment.Error.WriteLine();
                return typed.ToString();
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }
    }
}
