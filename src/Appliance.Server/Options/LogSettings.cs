namespace Appliance.Server.Options;

/// <summary>What goes to standard output.</summary>
internal sealed class LogSettings
{
    /// <summary>Trace, Debug, Information, Warning, Error, Critical or None. Default Information.</summary>
    public string Level { get; set; } = "Information";
}
