using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Appliance.Server.Commands.Documents;
using Spectre.Console;

namespace Appliance.Server.Commands;

/// <summary>How a command answers: tables and sentences for people, one JSON document with --json.</summary>
internal sealed class CommandReply
{
    /// <summary>Columns where the output is not a terminal: nothing wraps.</summary>
    private const int FileWidth = 1000;

    private const string DarkOnLight = "\e[38;5;16;48;5;231m";
    private const string Reset = "\e[0m";

    private readonly CommandEnvironment _environment;
    private IAnsiConsole? _console;

    public CommandReply(CommandEnvironment environment, bool json)
    {
        _environment = environment;
        Json = json;
    }

    /// <summary>True with --json: nothing but the document may go to the output.</summary>
    public bool Json { get; }

    /// <summary>Where people read.</summary>
    public IAnsiConsole Console => _console ??= CreateConsole();

    /// <summary>The reply to a command line.</summary>
    public static CommandReply For(ParseResult parsed, CommandEnvironment environment)
        => new(environment, parsed.GetValue(GlobalOptions.Json));

    /// <summary>Writes the document of --json.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type)
        => _environment.Output.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Writes a sentence for people; nothing with --json.</summary>
    public void Say(string sentence)
    {
        if (!Json)
        {
            _environment.Output.WriteLine(sentence);
        }
    }

    /// <summary>Writes a QR code: dark on light whatever the terminal's colours, or scanners may not read it.</summary>
    public void QrCode(string uri)
    {
        foreach (var line in Commands.QrCode.ForTerminal(uri).Split('\n'))
        {
            Say(_environment.Terminal ? $"{DarkOnLight}{line.TrimEnd('\r')}{Reset}" : line.TrimEnd('\r'));
        }
    }

    /// <summary>Writes a table for people.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < columns.Count; i++)
        {
            var header = new Text(columns[i], new Style(decoration: Decoration.Bold));

            // The last column gives way where the terminal is narrow: ids and times stay whole.
            table.AddColumn(new TableColumn(header) { NoWrap = i < columns.Count - 1 });
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        Console.Write(table);
    }

    /// <summary>One sentence on standard error; {"error":"..."} with --json.</summary>
    public void Error(string sentence)
        => _environment.Error.WriteLine(
            Json
                ? JsonSerializer.Serialize(new ErrorDocument(sentence), CommandJson.Default.ErrorDocument)
                : $"appliance: {sentence}");

    /// <summary>A sentence on standard error though the command goes on; {"warning":"..."} with --json.</summary>
    public void Warn(string sentence)
        => _environment.Error.WriteLine(
            Json
                ? JsonSerializer.Serialize(new WarningDocument(sentence), CommandJson.Default.WarningDocument)
                : $"appliance: warning: {sentence}");

    private IAnsiConsole CreateConsole()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_environment.Output),
            Ansi = Ansi(),
            Interactive = InteractionSupport.No,
        });
        if (!_environment.Terminal)
        {
            console.Profile.Width = FileWidth;
        }
        else if (_environment.Width is { } width)
        {
            console.Profile.Width = width;
        }

        return console;
    }

    private AnsiSupport Ansi() => (_environment.Terminal, _environment.Ansi) switch
    {
        (false, _) or (_, false) => AnsiSupport.No,
        (_, true) => AnsiSupport.Yes,
        _ => AnsiSupport.Detect,
    };
}
