using System.Collections.Frozen;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Services;

/// <summary>
/// What server reflection can be asked about some services, built once: every answer is a look-up. Knows all files that
/// the services' own import, and in them every name that protobuf's own pools know.
/// </summary>
internal sealed class ReflectionTables
{
    private readonly FrozenDictionary<string, ReflectionFile> _byName;
    private readonly FrozenDictionary<string, ReflectionFile> _bySymbol;
    private readonly FrozenDictionary<(string Type, int Number), ReflectionFile> _byExtension;
    private readonly FrozenDictionary<string, IReadOnlyList<int>> _extensionNumbers;

    public ReflectionTables(IEnumerable<ServiceDescriptor> services)
    {
        var served = services.ToList();
        ServiceNames = [.. served.Select(service => service.FullName).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

        var descriptors = Closure(served.Select(service => service.File).Distinct());
        var files = descriptors.Select((descriptor, index) => (descriptor, index)).ToDictionary(
            pair => pair.descriptor, pair => new ReflectionFile(pair.index, pair.descriptor.SerializedData));
        foreach (var (descriptor, file) in files)
        {
            file.Imports = [.. Closure([descriptor]).Skip(1).Select(import => files[import])];
        }

        FileCount = files.Count;
        _byName = files.ToFrozenDictionary(pair => pair.Key.Name, pair => pair.Value, StringComparer.Ordinal);
        _bySymbol = files
            .SelectMany(pair => ReflectionSymbols.Of(pair.Key).Select(symbol => (symbol, pair.Value)))
            .DistinctBy(pair => pair.symbol, StringComparer.Ordinal)
            .ToFrozenDictionary(pair => pair.symbol, pair => pair.Value, StringComparer.Ordinal);

        var extensions = descriptors.SelectMany(ReflectionSymbols.ExtensionsOf).ToList();
        _byExtension = extensions.ToFrozenDictionary(
            extension => (extension.ExtendeeType.FullName, extension.FieldNumber), extension => files[extension.File]);
        var numbers = extensions.ToLookup(
            extension => extension.ExtendeeType.FullName, extension => extension.FieldNumber, StringComparer.Ordinal);
        _extensionNumbers = descriptors.SelectMany(ReflectionSymbols.MessagesOf).ToFrozenDictionary(
            message => message.FullName,
            message => (IReadOnlyList<int>)[.. numbers[message.FullName].Order()],
            StringComparer.Ordinal);
    }

    /// <summary>Full names, sorted.</summary>
    public IReadOnlyList<string> ServiceNames { get; }

    public int FileCount { get; }

    public ReflectionFile? FileByName(string name) => _byName.GetValueOrDefault(name);

    public ReflectionFile? FileContaining(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    public ReflectionFile? FileContaining(string extendedType, int number)
        => _byExtension.GetValueOrDefault((extendedType, number));

    /// <summary>Ascending; null when there is no such message.</summary>
    public IReadOnlyList<int>? ExtensionNumbersOf(string type) => _extensionNumbers.GetValueOrDefault(type);

    /// <summary>The files and what they import, directly and indirectly, breadth first, each once.</summary>
    private static List<FileDescriptor> Closure(IEnumerable<FileDescriptor> roots)
    {
        var found = roots.ToList();
        var seen = found.ToHashSet();
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(found[i].Dependencies.Where(seen.Add));
        }

        return found;
    }
}
