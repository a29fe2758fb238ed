using System.Globalization;
using Google.Protobuf.Reflection;

namespace Appliance.Server.Tests.Grpc.Contract;

/// <summary>
/// A compiled contract as text: all that a client of it depends on, and nothing else. Each line says where it belongs,
/// so that two texts differ by whole facts.
/// </summary>
internal static class ContractText
{
    public static IReadOnlyList<string> Of(IEnumerable<FileDescriptor> files)
        => [.. files.OrderBy(file => file.Name, StringComparer.Ordinal).SelectMany(Lines)];

    private static IEnumerable<string> Lines(FileDescriptor file)
        => file.Services.SelectMany(Lines)
            .Concat(file.MessageTypes.SelectMany(Lines))
            .Concat(file.EnumTypes.SelectMany(Lines))
            .Prepend($"file {file.Name} package {file.Package}");

    private static IEnumerable<string> Lines(ServiceDescriptor service)
        => service.Methods
            .Select(method => $"rpc /{service.FullName}/{method.Name}"
                + $" ({Stream(method.IsClientStreaming)}{method.InputType.FullName})"
                + $" returns ({Stream(method.IsServerStreaming)}{method.OutputType.FullName})")
            .Prepend($"service {service.FullName}");

    private static IEnumerable<string> Lines(MessageDescriptor message)
    {
        var proto = message.ToProto();
        return message.Fields.InFieldNumberOrder().Select(Line)
            .Prepend($"message {message.FullName}")
            .Concat(proto.ReservedRange.Select(range => string.Create(
                CultureInfo.InvariantCulture, $"reserved {message.FullName} {range.Start} to {range.End - 1}")))
            .Concat(proto.ReservedName.Select(name => $"reserved {message.FullName} {name}"))
            .Concat(message.NestedTypes.SelectMany(Lines))
            .Concat(message.EnumTypes.SelectMany(Lines));
    }

    private static IEnumerable<string> Lines(EnumDescriptor type)
        => type.Values
            .Select(value => string.Create(
                CultureInfo.InvariantCulture, $"value {type.FullName} {value.Number} {value.Name}"))
            .Prepend($"enum {type.FullName}");

    private static string Line(FieldDescriptor field)
    {
        var oneof = field.RealContainingOneof is { } group ? $" in oneof {group.Name}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"field {field.ContainingType.FullName} {field.FieldNumber} {field.Name} json {field.JsonName}")
            + $" {Label(field)} {Type(field)}{oneof}";
    }

    /// <summary>What tells an absent value from a default one is part of the contract.</summary>
    private static string Label(FieldDescriptor field)
    {
        if (field.IsRepeated)
        {
            return field.IsMap ? "map" : "repeated";
        }

        return field.HasPresence ? "with presence" : "without presence";
    }

    private static string Type(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        var scalar => scalar.ToString().ToLowerInvariant(),
    };

    private static string Stream(bool streams) => streams ? "stream " : "";
}
