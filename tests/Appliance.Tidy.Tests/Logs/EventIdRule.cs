using System.Globalization;
using Appliance.Tidy.Tests.Source;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Appliance.Tidy.Tests.Logs;

/// <summary>Each log event has a number of its own, written out, in the band of its project (STYLE.md).</summary>
internal static class EventIdRule
{
    private const int BandWidth = 1000;

    private static readonly Dictionary<string, int> s_bands = new(StringComparer.Ordinal)
    {
        ["Appliance.Pkcs11"] = 1000,
        ["Appliance.Storage"] = 2000,
        ["Appliance.Ledger"] = 3000,
        ["Appliance.Factors"] = 4000,
        ["Appliance.Signing"] = 5000,
        ["Appliance.Identity"] = 6000,
        ["Appliance.Grpc"] = 7000,
        ["Appliance.Server"] = 8000,
        ["Appliance.Timestamping"] = 9000,
    };

    public static IEnumerable<Finding> Check(IEnumerable<CSharpFile> files)
    {
        var events = files.SelectMany(EventsOf).ToList();
        var numbered = events.Where(log => log.Id is not null).ToList();
        var unnumbered = events.Where(log => log.Id is null)
            .Select(log => log.File.At(log.Attribute, "a log event without a literal event id"));
        var outside = numbered.Where(log => !IsInBand(log.File.Path, log.Id!.Value))
            .Select(log => log.File.At(log.Attribute, $"event id {log.Id} is outside the band of its project"));
        var repeated = numbered.GroupBy(log => log.Id).SelectMany(same => same.Skip(1))
            .Select(log => log.File.At(log.Attribute, $"event id {log.Id} is taken"));
        return unnumbered.Concat(outside).Concat(repeated);
    }

    private static bool IsInBand(string path, int id) =>
        path.Split('/') is [_, var project, ..]
        && s_bands.TryGetValue(project, out var band) && id >= band && id < band + BandWidth;

    private static IEnumerable<(CSharpFile File, AttributeSyntax Attribute, int? Id)> EventsOf(CSharpFile file) =>
        file.Root.DescendantNodes().OfType<AttributeSyntax>()
            .Where(attribute => attribute.Name.ToString() is "LoggerMessage" or "LoggerMessageAttribute")
            .Select(attribute => (file, attribute, IdOf(attribute)));

    /// <summary>[LoggerMessage(EventId = 8001, ...)] or [LoggerMessage(8001, LogLevel.Warning, ...)].</summary>
    private static int? IdOf(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        var id = arguments.FirstOrDefault(argument =>
                (argument.NameEquals?.Name ?? argument.NameColon?.Name)?.Identifier.Text is "EventId" or "eventId")
            ?? arguments.FirstOrDefault(argument => argument.NameEquals is null && argument.NameColon is null);
        return id?.Expression is LiteralExpressionSyntax literal
            && int.TryParse(literal.Token.ValueText, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
    }
}
