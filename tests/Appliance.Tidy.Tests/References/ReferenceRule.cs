using System.Xml.Linq;

namespace Appliance.Tidy.Tests.References;

/// <summary>A product project refers to lower floors only; rooms of one floor never meet (ARCHITECTURE.md).</summary>
internal static class ReferenceRule
{
    /// <summary>The house. A new project takes its floor here first.</summary>
    public static readonly IReadOnlyDictionary<string, int> Floors = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["Appliance.Storage"] = 0,
        ["Appliance.Pkcs11"] = 0,
        ["Appliance.Grpc"] = 0,
        ["Appliance.Grpc.Client"] = 0,
        ["Appliance.Ledger"] = 1,
        ["Appliance.Factors"] = 1,
        ["Appliance.Signing"] = 2,
        ["Appliance.Timestamping"] = 2,
        ["Appliance.Identity"] = 3,
        ["Appliance.Server"] = 4,
    };

    public static IEnumerable<Finding> Check(TextFile project)
    {
        var name = NameOf(project.Path);
        var references = ReferencesOf(project.Text).ToList();
        if (!project.IsIn("src"))
        {
            // Tests, benchmarks and load tools may look into any room, but only into rooms that exist.
            return references.Where(reference => !IsOutside(reference) && !Floors.ContainsKey(reference))
                .Select(reference => new Finding(project.Path, 0, $"refers to {reference}, which has no floor"));
        }

        return Floors.TryGetValue(name, out var floor)
            ? references.Select(reference => CheckOne(project.Path, floor, reference)).OfType<Finding>()
            : [new Finding(project.Path, 0, $"{name} has no floor; give it one in {nameof(ReferenceRule)}")];
    }

    private static Finding? CheckOne(string path, int floor, string reference)
    {
        if (!Floors.TryGetValue(reference, out var target))
        {
            return new Finding(path, 0, $"refers to {reference}, which has no floor");
        }

        var direction = target == floor ? "sideways" : "up";
        return target < floor
            ? null
            : new Finding(path, 0, $"floor {floor} refers {direction} to {reference}, floor {target}");
    }

    /// <summary>What does not ship may refer to what does not ship: the load tool has tests of its own.</summary>
    private static bool IsOutside(string reference) =>
        reference is "Appliance.Load" or "Appliance.Benchmarks"
        || reference.EndsWith(".TestService", StringComparison.Ordinal)
        || reference.EndsWith(".Tests", StringComparison.Ordinal);

    private static IEnumerable<string> ReferencesOf(string projectXml) =>
        XDocument.Parse(projectXml).Descendants()
            .Where(element => element.Name.LocalName == "ProjectReference")
            .Select(element => NameOf(element.Attribute("Include")?.Value ?? ""));

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
}
